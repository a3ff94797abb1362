using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Queqiao.Server.Platform.Json;

/// <summary>
/// JSON of <c>/api/v1</c>: unknown and duplicate members are refused, as are U+0000, lone surrogates, non-finite numbers and
/// numbers in quotes; members that are not nullable or have no default must be there.
/// </summary>
internal static class StrictJson
{
    public static readonly JsonSerializerOptions Options = Frozen(Apply);

    /// <summary>Makes minimal API endpoints bind and answer by these rules.</summary>
    public static IServiceCollection AddStrictJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(o => Apply(o.SerializerOptions));

    public static void Apply(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.PropertyNameCaseInsensitive = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowOutOfOrderMetadataProperties = true;
        options.MaxDepth = 64;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // Chinese stays readable and a third of its escaped size. Safe because answers are never HTML: JSON media type and nosniff.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new CleanStringConverter());
        options.Converters.Add(new FiniteDoubleConverter());
        options.Converters.Add(new FiniteSingleConverter());
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new CleanElementConverter());
        options.Converters.Add(new CleanNodeConverter());
        options.Converters.Add(new EnumNameConverter());
    }

    internal static JsonSerializerOptions Frozen(Action<JsonSerializerOptions> apply)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Strict) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        apply(options);
        options.MakeReadOnly();
        return options;
    }
}
