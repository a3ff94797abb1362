using System.Text.Json;
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
    public sealed record Request(string Kind, string Name, JsonElement? Settings = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. CheckKind(request.Kind), .. ChannelNames.Check(request.Name)]) is { } invalid)
            return invalid.ToProblem();
        var (settings, refusal) = request.Settings is { } given ? WebSettingsRules.Read(given) : (WebSettings.Default, null);
        if (settings is null)
            return refusal!.ToProblem();

        var channel = await storage.Run(actor.Ws, (unit, stop) =>
            Add(unit, actor.Ws, request.Name.Trim(), settings, AuditBy.Agent(actor, context), stop), ct);
        return TypedResults.Created($"/api/v1/channels/{channel.Id}", ChannelAnswer.Of(channel, url.For(context.Request)));
    }

    /// <summary>Adds a web channel and its audit row to the transaction.</summary>
    public static async Task<Channel> Add(WriteUnit unit, int ws, string name, WebSettings settings, AuditBy by, CancellationToken ct)
    {
        var channel = new Channel
        {
            Ws = ws,
            Id = unit.Ids.New(),
            Kind = ChannelKinds.Web,
            Name = name,
            Settings = StoredSettings.Text(settings),
            Enabled = true,
            CreatedAt = unit.Ids.Now(),
        };
        unit.Db.Table<Channel>().Add(channel);
        await Audit.Record(unit, by, "channel.created", "channel", channel.Id.ToString(), new { kind = channel.Kind, settings }, ct);
        return channel;
    }

    private static IEnumerable<(string, FieldFault)> CheckKind(string kind)
    {
        if (!ChannelKinds.All.Contains(kind))
            yield return ("kind", new("not_one_of", string.Join(", ", ChannelKinds.All)));
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
        else if (name.Any(char.IsControl))
            yield return ("name", new("control_characters"));
    }
}
