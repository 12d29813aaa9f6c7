/** The words of the page around GraphiQL, which speaks English only. */
export const texts = {
  en: {
    about: "Sandbox: fictional people, real communes",
    persona: "Ask as",
    anonymous: "anonymous: the public directory",
    language: "Answers in",
  },
  fr: {
    about: "Bac à sable : personnes fictives, vraies communes",
    persona: "Demander en tant que",
    anonymous: "anonyme : l'annuaire public",
    language: "Réponses en",
  },
};
