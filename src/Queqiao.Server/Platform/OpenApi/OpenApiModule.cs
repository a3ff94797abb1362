using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.OpenApi;

/// <summary>The reference for programs: <c>/openapi/v1.json</c> describes <c>/api/v1</c> and <c>/widget/v1</c>, from the endpoints themselves.</summary>
internal static class OpenApiModule
{
    private const string ProblemName = "Problem";
    private const string CookieScheme = "session";
    private const string BearerScheme = "bearer";
    private static readonly string[] Documented = ["api/v1/", "widget/v1/"];

    public static IServiceCollection AddReference(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = api => Documented.Any(prefix => api.RelativePath?.StartsWith(prefix, StringComparison.Ordinal) == true);
        options.AddDocumentTransformer(DescribeServer);
        options.AddOperationTransformer(DescribeAccess);
    });

    public static void MapReference(this IEndpointRouteBuilder app) => app.MapOpenApi("/openapi/{documentName}.json").IsPublic();

    private static Task DescribeServer(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Queqiao 鹊桥",
            Version = "v1",
            Description = "JSON in camelCase, times in RFC 3339 (UTC), ids as strings. Failures are application/problem+json with a stable `code`.",
            License = document.Info.License,
        };
        document.Servers = [];                                  // relative to where this document was read: no Host header comes back
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[ProblemName] = Problem();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [CookieScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = "__Host-queqiao",
                Description = "Set by POST /api/v1/session (named `queqiao` on http://localhost).",
            },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A session's token, or a visitor's token under /widget/v1." },
        };
        return Task.CompletedTask;
    }

    /// <summary>Says who may call an operation and how it refuses.</summary>
    private static Task DescribeAccess(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needed = metadata.OfType<PermissionNeeded>().LastOrDefault();
        var access = needed switch
        {
            null => "Public.",
            { Permission: "" } => "Any signed-in agent.",
            _ => $"Needs the permission `{needed.Permission}`.",
        };
        operation.Description = string.IsNullOrEmpty(operation.Description) ? access : $"{operation.Description}\n\n{access}";
        if (needed is not null)
        {
            operation.Security =
            [
                new() { [new OpenApiSecuritySchemeReference(CookieScheme, context.Document)] = [] },
                new() { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
            ];
        }
        operation.Responses ??= [];
        if (needed is not null)
            operation.Responses["401"] = Refusing("Nobody is signed in (`unauthenticated`).", context.Document);
        if (needed is { Permission.Length: > 0 })
            operation.Responses["403"] = Refusing("The role does not allow it (`forbidden`).", context.Document);
        operation.Responses["default"] = Refusing("Refused or failed; `code` says why.", context.Document);
        return Task.CompletedTask;
    }

    private static OpenApiResponse Refusing(string description, OpenApiDocument? document) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [ProblemResult.MediaType] = new() { Schema = new OpenApiSchemaReference(ProblemName, document) },
        },
    };

    private static OpenApiSchema Problem()
    {
        static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "RFC 9457",
            Required = new HashSet<string> { "type", "title", "status", "code", "detail", "traceId" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("about:blank"),
                ["title"] = Text("The status in words."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["code"] = Text("Stable name of the reason."),
                ["detail"] = Text("The reason in the reader's language (Accept-Language: zh-CN, en)."),
                ["traceId"] = Text("Finds the failure in the server's log."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "Faults by field.",
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text("What is wrong.") },
                },
            },
        };
    }
}
