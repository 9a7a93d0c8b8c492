// The API reference: Swagger UI on this world's OpenAPI document.
/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: `${document.body.dataset.root}/__fake__/openapi.json`,
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  tagsSorter: undefined,
  validatorUrl: null,
});
