import { createLocalStorage, StorageAPI } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect, useMemo, useState } from "react";

import { Session } from "./session.js";
import { texts } from "./texts.js";

const preferred = navigator.language.startsWith("fr") ? "fr" : "en";

/** Where GraphiQL keeps the tabs, with the first sample in its editors. */
function storageFor(version, samples) {
  const storage = createLocalStorage({ namespace: `guichet-${version}` });
  const kept = new StorageAPI(storage);
  // The editors' own content is what GraphiQL finds the open tab by again.
  if (!kept.get("tabState") && samples.length > 0) {
    kept.set("query", samples[0].query);
    kept.set("variables", samples[0].variables);
  }
  return storage;
}

/**
 * The whole page: who asks and in which language, above GraphiQL with the sample
 * requests as its tabs.
 *
 * `version` names the set of samples: tabs that somebody has edited come back
 * until the samples change.
 */
export function Page({ personas, samples, version }) {
  const session = useMemo(() => new Session(), []);
  const storage = useMemo(() => storageFor(version, samples), [version, samples]);
  const [persona, setPersona] = useState("");
  const [language, setLanguage] = useState(preferred);
  const [failure, setFailure] = useState("");
  const text = texts[language];

  session.language = language;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const choose = async ({ target }) => {
    setPersona(target.value);
    setFailure("");
    try {
      await session.become(target.value);
    } catch (error) {
      setPersona("");
      setFailure(error.message);
    }
  };

  return (
    <>
      <header>
        <h1>Guichet</h1>
        <p>{failure ? <span role="alert">{failure}</span> : text.about}</p>
        <label>
          {text.persona}{" "}
          <select name="persona" value={persona} onChange={choose}>
            <option value="">{text.anonymous}</option>
            {personas.map(({ name, about }) => (
              <option key={name} value={name}>
                {name}: {about}
              </option>
            ))}
          </select>
        </label>
        <label>
          {text.language}{" "}
          <select
            name="language"
            value={language}
            onChange={({ target }) => setLanguage(target.value)}
          >
            <option value="fr">français</option>
            <option value="en">English</option>
          </select>
        </label>
      </header>
      <main>
        <GraphiQL
          fetcher={session.fetcher}
          defaultTabs={samples}
          storage={storage}
          plugins={[HISTORY_PLUGIN]}
          defaultEditorToolsVisibility="variables"
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
