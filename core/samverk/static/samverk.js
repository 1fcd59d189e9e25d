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
    let busy = false;
    const save = async () => {
      clearTimeout(timer);
      if (!dirty || busy) return;
      busy = true;
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
        timer = setTimeout(save, 20000);
      }
      busy = false;
    };
    form.addEventListener("input", () => { dirty = true; clearTimeout(timer); timer = setTimeout(save, 20000); });
    form.addEventListener("change", () => { dirty = true; save(); });
    form.addEventListener("submit", () => { clearTimeout(timer); dirty = false; });
    addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }
})();
