import { createRoot } from "react-dom/client";

import "./workers.js";
import "graphiql/style.css";
import "./page.css";
import { Page } from "./page.jsx";

const root = createRoot(document.getElementById("explorer"));
try {
  const response = await fetch("/explorer/start");
  if (!response.ok) {
    throw new Error(`/explorer/start: ${response.status}`);
  }
  root.render(<Page {...(await response.json())} />);
} catch (error) {
  root.render(<p role="alert">{error.message}</p>);
}
