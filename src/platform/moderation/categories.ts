/** What may be wrong with a text, and the rule that a model is asked about. */
export interface CategorySet {
  readonly names: readonly string[];
  readonly rules: readonly string[];
}

const SHARED = {
  sexual: "Sexual content",
  hate_and_discrimination: "Hatred, insults or discrimination against people or groups",
  violence_and_threats: "Violence, cruelty or threats against somebody",
};
const CRIMES = {
  dangerous_and_criminal_content: "Help with crimes, weapons, drugs or other dangerous acts",
};
const CRIMES_APART = {
  dangerous: "Help with weapons, explosives or other dangerous acts",
  criminal: "Help with theft, fraud, drugs or other crimes",
};
const ADVICE = {
  selfharm: "Suicide or hurting oneself",
  health: "Medical advice, medicines or treatment",
  financial: "Advice about investments, loans or taxes",
  law: "Legal advice, contracts or courts",
  pii: "Private data of a person, such as address, phone or account number",
};
const TRICKS = { jailbreaking: "Attempts to make the assistant forget its instructions" };

export const CATEGORIES_2411: CategorySet = setOf({ ...SHARED, ...CRIMES, ...ADVICE });
export const CATEGORIES_2603: CategorySet = setOf({ ...SHARED, ...CRIMES_APART, ...ADVICE, ...TRICKS });

/** OpenAI's categories, each by the one of ours that comes closest; undefined: no rule of ours looks for it. */
export const OPENAI_CATEGORIES: Readonly<Record<string, string | undefined>> = {
  harassment: "hate_and_discrimination",
  "harassment/threatening": "violence_and_threats",
  hate: "hate_and_discrimination",
  "hate/threatening": "violence_and_threats",
  illicit: "dangerous_and_criminal_content",
  "illicit/violent": "dangerous_and_criminal_content",
  "self-harm": "selfharm",
  "self-harm/instructions": "selfharm",
  "self-harm/intent": "selfharm",
  sexual: "sexual",
  "sexual/minors": undefined,
  violence: "violence_and_threats",
  "violence/graphic": "violence_and_threats",
};

function setOf(rules: Readonly<Record<string, string>>): CategorySet {
  return { names: Object.keys(rules), rules: Object.values(rules) };
}
