using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Configuring;

/// <summary><c>GET</c> and <c>PATCH /api/v1/settings/conversations</c>: what is given replaces what was.</summary>
internal static class ChangeSettings
{
    private const int MostReasons = 30;
    private const int MostReason = 100;

    public sealed record Request(
        int? ReopenHours = null, string? BlockedMessages = null, bool? AskRating = null, int? EditMinutes = null, int? RecallMinutes = null, IReadOnlyList<string>? ResolveReasons = null,
        bool? OneAgentPerPerson = null, bool? LinkPreviews = null, bool? Translation = null);

    public static IResult Show(Actor actor, SettingsBoard board) => TypedResults.Ok(board.Of(actor.Ws));

    public static async Task<IResult> Handle(Request request, Actor actor, SettingsBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        var settings = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<ConversationSettingRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws, stop);
            var known = row is null ? ConversationSettings.Default : JsonSerializer.Deserialize<ConversationSettings>(row.Settings, TolerantJson.Options)!;
            var next = Merge(known, request);
            var text = JsonSerializer.Serialize(next, StrictJson.Options);
            if (row is null)
                unit.Db.Table<ConversationSettingRow>().Add(new ConversationSettingRow { Ws = actor.Ws, Settings = text });
            else
                row.Settings = text;
            unit.AfterCommit(() => board.Changed(actor.Ws, next));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "conversation_settings.changed", "workspace", actor.WorkspaceId.ToString(), new { from = known, to = next }, stop);
            return next;
        }, ct);
        return TypedResults.Ok(settings);
    }

    private static ConversationSettings Merge(ConversationSettings known, Request request) => known with
    {
        ReopenHours = request.ReopenHours ?? known.ReopenHours,
        BlockedMessages = request.BlockedMessages ?? known.BlockedMessages,
        AskRating = request.AskRating ?? known.AskRating,
        EditMinutes = request.EditMinutes ?? known.EditMinutes,
        RecallMinutes = request.RecallMinutes ?? known.RecallMinutes,
        OneAgentPerPerson = request.OneAgentPerPerson ?? known.OneAgentPerPerson,
        LinkPreviews = request.LinkPreviews ?? known.LinkPreviews,
        Translation = request.Translation ?? known.Translation,
        ResolveReasons = request.ResolveReasons is { } reasons ? [.. reasons.Select(reason => reason.Trim()).Distinct()] : known.ResolveReasons,
    };

    private static Refusal? Check(Request request) => Refusal.Of([
        .. Range("reopenHours", request.ReopenHours, 24 * 365),
        .. Range("editMinutes", request.EditMinutes, 7 * 24 * 60),
        .. Range("recallMinutes", request.RecallMinutes, 7 * 24 * 60),
        .. request.BlockedMessages is null or ConversationSettings.Refuse or ConversationSettings.Drop
            ? Array.Empty<(string, FieldFault)>() : [("blockedMessages", new("not_one_of", "refuse, drop"))],
        .. request.ResolveReasons is { Count: > MostReasons } ? [("resolveReasons", new FieldFault("too_many", MostReasons))] : Array.Empty<(string, FieldFault)>(),
        .. request.ResolveReasons?.Any(string.IsNullOrWhiteSpace) == true ? [("resolveReasons", new FieldFault("required"))] : Array.Empty<(string, FieldFault)>(),
        .. request.ResolveReasons?.Any(reason => reason.Length > MostReason) == true ? [("resolveReasons", new FieldFault("too_long", MostReason))] : Array.Empty<(string, FieldFault)>()]);

    private static IEnumerable<(string, FieldFault)> Range(string field, int? value, int most)
    {
        if (value < 0 || value > most)
            yield return (field, new("out_of_range", 0, most));
    }
}
