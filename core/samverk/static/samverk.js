// Comfort only: every page works without this file.
(() => {
  "use strict";
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // A form marked data-autosave is saved 20 seconds after the last key and when a field is left.
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const state = document.getElementById("save-state");
    let timer = 0;
    let dirty = false;
    let saving = null;
    const later = () => { clearTimeout(timer); timer = setTimeout(save, 20000); };
    const send = async () => {
      dirty = false;
      const body = new URLSearchParams(new FormData(form));
      body.set("then", "autosave");
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST", body, headers: { accept: "application/json" }, redirect: "error",
        });
        const said = await answer.json();
        if (answer.ok) {
          form.elements.version.value = said.version;
          state.textContent = said.message;
        } else {
          state.textContent = said.detail || said.title;
          if (answer.status !== 412) dirty = true;
        }
      } catch {
        dirty = true;
        state.textContent = form.dataset.offline;
      }
      saving = null;
      if (dirty) later();
    };
    const save = () => {
      clearTimeout(timer);
      if (dirty && !saving) saving = send();
    };
    form.addEventListener("input", () => { dirty = true; later(); });
    form.addEventListener("change", () => { dirty = true; save(); });
    form.addEventListener("submit", async (event) => {
      clearTimeout(timer);
      if (saving) {
        // A draft on its way raises the version: without its answer the form would collide with itself.
        event.preventDefault();
        await saving;
        form.requestSubmit(event.submitter);
        return;
      }
      dirty = false;
    });
    addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }
})();
