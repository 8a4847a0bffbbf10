// Shows openapi.json of this server with Swagger UI. It runs in the browser, as it stands here.

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];

const EFFECTS = {
  kept: '**Kept without effect:** the value is checked and kept, and nothing else here acts on it.',
  none: '**Does not exist here:** lists are empty, and nothing can be made.',
};

/** What Swagger UI would leave out: which scopes an operation needs, and whether it has an effect. */
function notesOf(operation, tags) {
  const scopes = operation.security.flatMap((alternative) => Object.values(alternative).flat());
  const names = scopes.map((scope) => `\`${scope}\``).join(', ');
  const tag = tags.find(({ name }) => name === operation.tags[0]);
  return [
    EFFECTS[operation['x-grantry-effect'] ?? tag?.['x-grantry-effect']],
    scopes.length === 0 && 'Needs no token.',
    scopes.length === 1 && `Needs the scope ${names}.`,
    scopes.length > 1 && `Needs any one of the scopes ${names}.`,
  ];
}

function withNotes(contract) {
  for (const item of Object.values(contract.paths)) {
    for (const method of METHODS.filter((each) => each in item)) {
      const operation = item[method];
      const texts = [operation.description, ...notesOf(operation, contract.tags)];
      operation.description = texts.filter(Boolean).join('\n\n');
    }
  }
  return contract;
}

function followColorScheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();
}

followColorScheme();
const answer = await fetch('/openapi.json');
const contract = await answer.json();
SwaggerUIBundle({
  // Requests go to where the page came from: the policy of the page allows no other address.
  spec: { ...withNotes(contract), servers: [{ url: location.origin }] },
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  // A schema opens with its fields open: what they mean stands within. The list of all schemas stays closed.
  defaultModelExpandDepth: 3,
  defaultModelsExpandDepth: 0,
  filter: true,
  // The default sends the document to a service of its maker.
  validatorUrl: null,
});
