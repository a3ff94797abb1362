using System.Text.Json;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>POST /api/v1/channels</c></summary>
internal static class CreateChannel
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    public sealed record Request(string Kind, string Name, JsonElement? Settings = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, KindRegistry kinds, ChannelAnswering answering, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. CheckKind(request.Kind, kinds), .. ChannelNames.Check(request.Name)]) is { } invalid)
            return invalid.ToProblem();
        var by = AuditBy.Agent(actor, context);
        Channel channel;
        if (kinds.Find(request.Kind) is { } kind)
        {
            var (settings, refusal) = AdapterSettings.Read(request.Settings ?? Nothing, SplitSettings.Empty, kind);
            if (settings is null)
                return refusal!.ToProblem();
            channel = await storage.Run(actor.Ws, (unit, stop) => Add(unit, request.Kind, request.Name.Trim(), settings, by, stop), ct);
        }
        else
        {
            var (settings, refusal) = request.Settings is { } given ? WebSettingsRules.Read(given) : (WebSettings.Default, null);
            if (settings is null)
                return refusal!.ToProblem();
            channel = await storage.Run(actor.Ws, (unit, stop) => Add(unit, actor.Ws, request.Name.Trim(), settings, by, stop), ct);
        }
        return TypedResults.Created($"/api/v1/channels/{channel.Id}", answering.Of(channel, url.For(context.Request), manages: true));
    }

    /// <summary>Adds a web channel and its audit row to the transaction.</summary>
    public static async Task<Channel> Add(WriteUnit unit, int ws, string name, WebSettings settings, AuditBy by, CancellationToken ct)
    {
        var channel = New(unit, ws, ChannelKinds.Web, name, StoredSettings.Text(settings));
        unit.Db.Table<Channel>().Add(channel);
        await Audit.Record(unit, by, "channel.created", "channel", channel.Id.ToString(), new { kind = channel.Kind, settings }, ct);
        return channel;
    }

    /// <summary>Adds a channel of a kind with a schema and its audit row to the transaction. The row names secrets and tells none.</summary>
    public static async Task<Channel> Add(WriteUnit unit, string kind, string name, SplitSettings settings, AuditBy by, CancellationToken ct)
    {
        var channel = New(unit, by.Ws, kind, name, AdapterSettings.Text(settings.Open));
        channel.Secrets = AdapterSettings.Seal(unit.Vault, by.Ws, channel.Id, settings.Secret);
        unit.Db.Table<Channel>().Add(channel);
        unit.Db.Table<ChannelState>().Add(new ChannelState { Ws = by.Ws, ChannelId = channel.Id });
        await Audit.Record(unit, by, "channel.created", "channel", channel.Id.ToString(), new { kind = channel.Kind, settings = settings.Open, secrets = settings.Secret.Keys.Order(StringComparer.Ordinal) }, ct);
        return channel;
    }

    private static Channel New(WriteUnit unit, int ws, string kind, string name, string settings) => new()
    {
        Ws = ws, Id = unit.Ids.New(), Kind = kind, Name = name, Settings = settings, Enabled = true, CreatedAt = unit.Ids.Now(),
    };

    private static IEnumerable<(string, FieldFault)> CheckKind(string kind, KindRegistry kinds)
    {
        if (kind != ChannelKinds.Web && kinds.Find(kind) is null)
            yield return ("kind", new("not_one_of", string.Join(", ", kinds.All.Select(one => one.Descriptor.Kind).Prepend(ChannelKinds.Web))));
    }
}

/// <summary>What a channel may be called.</summary>
internal static class ChannelNames
{
    public const int Most = 100;

    public static IEnumerable<(string Field, FieldFault Fault)> Check(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return ("name", new("required"));
        else if (name.Trim().Length > Most)
            yield return ("name", new("too_long", Most));
        else if (OneLine.HidesSomething(name))
            yield return ("name", new("control_characters"));
    }
}
