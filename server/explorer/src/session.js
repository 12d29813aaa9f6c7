// Who asks, and in which language: the headers of every request.

/**
 * The request, without the name of an operation that is not in its document:
 * GraphiQL reads the name a moment after a tab is opened, and the request may be
 * sent before.
 */
function withoutStaleName({ operationName, ...request }) {
  const named = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`);
  return named.test(request.query) ? { operationName, ...request } : request;
}

/** Speaks to the service as one caller, who may change. */
export class Session {
  token = "";
  language = "en";

  /** Becomes a persona, or nobody when the name is empty. */
  async become(persona) {
    // Until the token is there nobody asks, rather than the person before.
    this.token = "";
    if (persona === "") {
      return;
    }
    const response = await fetch(
      `/explorer/token?persona=${encodeURIComponent(persona)}`,
      { headers: { "Accept-Language": this.language } },
    );
    const body = await response.json();
    if (!response.ok) {
      throw new Error(body.errors[0].message);
    }
    this.token = body.token;
  }

  /** GraphiQL's fetcher. Headers written in its own pane come last and win. */
  fetcher = async (request, { headers } = {}) => {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json",
        "Accept-Language": this.language,
        "Content-Type": "application/json",
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body: JSON.stringify(withoutStaleName(request)),
    });
    return response.json();
  };
}
