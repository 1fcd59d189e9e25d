"""The page “My tasks”, and the way to the next form."""

from samverk.i18n import _
from samverk.tasks import service
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/tasks", action="tasks.read")
def show_tasks(call: Call) -> Answer:
    found = service.tasks(call.scope)
    first = next((task for task in found if task.kind == "form"), None)
    return Page("tasks/tasks.html", _("My tasks"), {"found": found, "first": first})
