/** Keywords that are read together, as bits. */
export const Group = {
  VALUE: 1,
  NUMBER: 2,
  STRING: 4,
  ARRAY: 8,
  OBJECT: 16,
  DEPENDENCY: 32,
  REFERENCE: 64,
  APPLICATOR: 128,
  UNEVALUATED: 256,
} as const;

const KEYWORDS: readonly (readonly [group: number, keywords: string])[] = [
  [Group.VALUE, "type enum const"],
  [Group.NUMBER, "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"],
  [Group.STRING, "minLength maxLength pattern format"],
  [Group.ARRAY, "items prefixItems additionalItems minItems maxItems uniqueItems contains minContains maxContains"],
  [
    Group.OBJECT,
    "properties patternProperties additionalProperties propertyNames required minProperties maxProperties",
  ],
  [Group.DEPENDENCY, "dependentRequired dependentSchemas dependencies"],
  [Group.REFERENCE, "$ref $dynamicRef $recursiveRef"],
  [Group.APPLICATOR, "allOf anyOf oneOf not if then else"],
  [Group.UNEVALUATED, "unevaluatedProperties unevaluatedItems"],
];

const GROUP_OF: ReadonlyMap<string, number> = new Map(
  KEYWORDS.flatMap(([group, keywords]) => keywords.split(" ").map((keyword) => [keyword, group] as const)),
);

/** The groups that a schema has keywords of, whatever its dialect: a schema has few of them, so that the others are not read. */
export function groupsIn(schema: object): number {
  let groups = 0;
  for (const keyword of Object.keys(schema)) groups |= GROUP_OF.get(keyword) ?? 0;
  return groups;
}
