"""Jinja with two of its steps shortened: what a page costs is mostly pieces shown and functions called.

Measured on the list of fifty arrangements: a third of the page's time. What templates may call is `layout`'s.
"""

from types import FunctionType, MethodType
from typing import Any

import markupsafe
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape


def _escape_text(text: str) -> str:
    return str(escape(text))


# The same function that `escape` calls, without making a Markup of what is joined in the next step.
_escape = getattr(markupsafe, "_escape_inner", _escape_text)


def shown(value: Any) -> str:
    """Return what a template shows, escaped unless it is markup already.

    >>> shown("<b>"), shown(Markup("<b>")), shown(3)
    ('&lt;b&gt;', Markup('<b>'), '3')
    """
    kind = type(value)
    if kind is str:
        return _escape(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return str(escape(value))


class PageCode(CodeGenerator):
    """Lets templates call `shown`; where escaping is not certain at compile time Jinja decides."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class PageContext(Context):
    """Calls macros and plain functions at once; whatever else is called, Jinja calls."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(__obj)
        if kind is Macro:
            args = (__self.eval_ctx, *args)
        elif (kind is not FunctionType and kind is not MethodType) or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


class PageEnvironment(Environment):
    """The environment of pages."""

    code_generator_class = PageCode
    context_class = PageContext
    shown = staticmethod(shown)
