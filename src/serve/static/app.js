// Sends a form of the page by fetch and shows the answer below it.
for (const form of document.querySelectorAll("form[data-try]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.querySelector("pre");
    const data = new FormData(form);
    const token = data.get("_token"), accept = data.get("_accept"), body = data.get("_body");
    let path = form.dataset.try;
    const query = new URLSearchParams();
    for (const [name, value] of data) {
      if (name.startsWith("_") || value === "") continue;
      if (path.includes(`{${name}}`)) path = path.replace(`{${name}}`, encodeURIComponent(value));
      else query.append(name, value);
    }
    const headers = {};
    if (accept) headers.accept = accept;
    if (token) headers.authorization = `Bearer ${token}`;
    if (form.dataset.type) headers["content-type"] = form.dataset.type;
    const address = query.size ? `${path}?${query}` : path;
    output.textContent = "…";
    try {
      const response = await fetch(address, { method: form.dataset.method, headers, body: form.dataset.method === "GET" ? undefined : body });
      let text = await response.text();
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch {}
      output.textContent = `${form.dataset.method} ${address}\n${response.status} ${response.headers.get("content-type") ?? ""}\n\n${text}`;
    } catch (error) {
      output.textContent = String(error);
    }
  });
}
