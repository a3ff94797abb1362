using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Actions;

/// <summary>
/// Calls the firm's other systems: through the guard that keeps requests outside, with secrets that are sealed at rest, a time-out, and a key
/// by which a repeated wish is known. What comes back is read by the places that were named, and nothing else of it is kept.
/// </summary>
internal sealed class HttpActions(IStorageEngine storage, IVault vault, GuardedHttp outside, ILogger<HttpActions> log)
{
    public const string HeadersPurpose = "bot action headers";
    private const int MostBytes = 256 * 1024;
    private const int MostValue = 1000;

    public async Task<ActionAnswer> Run(ActionCaller who, ActionCall call, CancellationToken ct)
    {
        BotActionRow? row;
        await using (var db = storage.Read(who.Ws))
            row = await db.Table<BotActionRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == who.Ws && row.Key == call.Action && row.Enabled, ct);
        if (row is null)
            return Failed;
        var action = ActionDefinition.Of(row.Definition);
        if ((action.Verify && !who.IsVerified && !who.DryRun) || action.Parameters.Any(parameter => !parameter.Takes(call.Arguments.GetValueOrDefault(parameter.Name))) || LeavesItsPath(action, call.Arguments))
            return Failed;
        if (who.DryRun)
            return new ActionAnswer(ActionOutcome.Ok, action.Output.ToDictionary(pair => pair.Key, pair => $"<{pair.Key}>"));
        try
        {
            using var request = Request(action, call.Arguments, who.Key);
            foreach (var (name, value) in HeadersOf(row))
                request.Headers.TryAddWithoutValidation(name, value);
            using var client = outside.Client(new OutboundLimits(TimeSpan.FromMilliseconds(action.TimeoutMs), MostBytes, MaxRedirects: 0));
            using var response = await client.SendAsync(request, ct);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return new ActionAnswer(ActionOutcome.NotFound, ActionAnswer.Nothing);
            return response.IsSuccessStatusCode ? new ActionAnswer(ActionOutcome.Ok, Values(action, await response.Content.ReadAsStringAsync(ct))) : Failed;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or OutboundRefusedException or IOException or JsonException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.Fault(LogLevel.Warning, trouble, $"The bot's action {call.Action} failed"); // never the address or what was sent
            return Failed;
        }
    }

    private static ActionAnswer Failed => new(ActionOutcome.Failed, ActionAnswer.Nothing);

    internal static HttpRequestMessage Request(ActionDefinition action, IReadOnlyDictionary<string, string> arguments, string key)
    {
        var url = action.Url;
        foreach (var parameter in action.Parameters)
            url = url.Replace("{" + parameter.Name + "}", Uri.EscapeDataString(arguments.GetValueOrDefault(parameter.Name, "")), StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(action.Method), url);
        if (action.Body && action.Method is not "GET" and not "DELETE")
        {
            var body = new JsonObject();
            foreach (var parameter in action.Parameters.Where(parameter => arguments.GetValueOrDefault(parameter.Name, "").Length > 0))
                body[parameter.Name] = ValueOf(parameter, arguments[parameter.Name]);
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        request.Headers.Add("Idempotency-Key", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32]);
        request.Headers.Add("Accept", "application/json");
        return request;
    }

    /// <summary>Escaped or not, <c>..</c> is a step up in a path: what a customer says must not choose another address.</summary>
    internal static bool LeavesItsPath(ActionDefinition action, IReadOnlyDictionary<string, string> arguments)
    {
        using var asked = Request(action, arguments, "");
        using var meant = Request(action, action.Parameters.ToDictionary(parameter => parameter.Name, parameter => arguments.GetValueOrDefault(parameter.Name, "").Length > 0 ? "1" : ""), "");
        return asked.RequestUri!.Segments.Length != meant.RequestUri!.Segments.Length;
    }

    private static JsonValue ValueOf(ActionParameter parameter, string value) => parameter.Type switch
    {
        "number" => JsonValue.Create(decimal.Parse(value, NumberStyles.Number, CultureInfo.InvariantCulture)),
        "boolean" => JsonValue.Create(value == "true"),
        _ => JsonValue.Create(value),
    };

    internal static Dictionary<string, string> Values(ActionDefinition action, string json)
    {
        using var document = JsonDocument.Parse(json.Length == 0 ? "{}" : json, new JsonDocumentOptions { MaxDepth = 32 });
        var values = new Dictionary<string, string>();
        foreach (var (name, pointer) in action.Output)
        {
            if (Find(document.RootElement, pointer) is { } found)
                values[name] = found.ValueKind == JsonValueKind.String ? Short(found.GetString()!) : found.ValueKind is JsonValueKind.Null ? "" : Short(found.GetRawText());
        }
        return values;
    }

    private static JsonElement? Find(JsonElement at, string pointer)
    {
        foreach (var part in pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member))
                at = member;
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(part, out var index) && index >= 0 && index < at.GetArrayLength())
                at = at[index];
            else
                return null;
        }
        return at;
    }

    private static string Short(string text) => text.Length <= MostValue ? text : text[..MostValue];

    private Dictionary<string, string> HeadersOf(BotActionRow row) => row.SealedHeaders is null ? []
        : JsonSerializer.Deserialize<Dictionary<string, string>>(vault.Open(row.Ws, HeadersPurpose, row.SealedHeaders, row.Id))!;
}
