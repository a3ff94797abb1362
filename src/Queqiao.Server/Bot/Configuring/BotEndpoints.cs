using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Configuring;

/// <summary><c>/api/v1/bots</c>: who they are and whom they receive.</summary>
internal static class BotEndpoints
{
    public const string KeyPurpose = "bot model key";
    private const int MostBots = 20;
    private const int MostKey = 500;

    public sealed record NewBot(string Name, bool Enabled = false, BotProfile? Profile = null);

    public sealed record Changes(string? Name = null, bool? Enabled = null, BotProfile? Profile = null);

    public sealed record ChannelRequest(bool Enabled = true, LocalText? Welcome = null, IReadOnlyList<string>? Menu = null);

    /// <param name="Key">Null or empty: none any more.</param>
    public sealed record ModelKey(string? Key = null);

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var channels = await db.Table<BotChannelRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).ToListAsync(ct);
        var bots = await db.Table<BotRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.Id).ToListAsync(ct);
        return TypedResults.Ok(new BotList([.. bots.Select(bot => BotAnswer.Of(bot, channels))]));
    }

    public static async Task<IResult> Show(Guid id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await db.Table<BotRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct) is { } bot
            ? TypedResults.Ok(await Answer(db, bot, ct))
            : Refusal.NotFound().ToProblem();
    }

    public static async Task<IResult> Create(NewBot request, Actor actor, BotBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var profile = request.Profile ?? BotProfile.Default;
        if (Check(request.Name, profile) is { } invalid)
            return invalid.ToProblem();
        var made = await storage.Run<object>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotRow>().CountAsync(row => row.Ws == actor.Ws, stop) >= MostBots)
                return Refusal.Conflict("too_many", MostBots);
            var now = unit.Ids.Now();
            var bot = new BotRow { Ws = actor.Ws, Id = unit.Ids.New(), Name = request.Name.Trim(), Enabled = request.Enabled, Profile = profile.Json(), CreatedAt = now, ChangedAt = now };
            unit.Db.Table<BotRow>().Add(bot);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.created", "bot", bot.Id.ToString(), new { bot.Name, bot.Enabled, profile }, stop);
            return BotAnswer.Of(bot, []);
        }, ct);
        if (made is not BotAnswer answer)
            return ((Refusal)made).ToProblem();
        await board.Changed(ct);
        return TypedResults.Created($"/api/v1/bots/{answer.Id}", answer);
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, BotBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request.Name, request.Profile) is { } invalid)
            return invalid.ToProblem();
        return await OnOne(id, actor, board, storage, async (unit, bot, stop) =>
        {
            var before = new { bot.Name, bot.Enabled, Profile = BotProfile.Of(bot.Profile) };
            bot.Name = request.Name?.Trim() ?? bot.Name;
            bot.Enabled = request.Enabled ?? bot.Enabled;
            bot.Profile = request.Profile?.Json() ?? bot.Profile;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.changed", "bot", id.ToString(),
                new { from = before, to = new { bot.Name, bot.Enabled, Profile = BotProfile.Of(bot.Profile) } }, stop);
            return null;
        }, ct);
    }

    public static async Task<IResult> PutChannel(
        Guid id, Guid channelId, ChannelRequest request, Actor actor, IChannelFacts channels, BotBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var channel = await channels.Of(actor.Ws, channelId);
        if (channel.Name.Length == 0)
            return Refusal.NotFound().ToProblem();
        if (Refusal.Of(BotProfileRules.MenuFaults("menu", request.Menu)) is { } invalid)
            return invalid.ToProblem();
        if (request.Welcome is { } welcome && Math.Max(welcome.Zh.Length, welcome.En.Length) > BotProfileRules.MostText)
            return Refusal.Invalid("welcome", "too_long", BotProfileRules.MostText).ToProblem();
        return await OnOne(id, actor, board, storage, async (unit, bot, stop) =>
        {
            var row = await unit.Db.Table<BotChannelRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.ChannelId == channelId, stop);
            if (row is null)
                unit.Db.Table<BotChannelRow>().Add(row = new BotChannelRow { Ws = actor.Ws, ChannelId = channelId, BotId = id, Enabled = request.Enabled, Settings = "{}", ChangedAt = 0 });
            (row.BotId, row.Enabled, row.Settings, row.ChangedAt) = (id, request.Enabled, new ChannelWords(request.Welcome, request.Menu).Json(), unit.Ids.Now());
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.channel_set", "bot", id.ToString(), new { channelId, request.Enabled }, stop);
            return null;
        }, ct);
    }

    public static Task<IResult> RemoveChannel(Guid id, Guid channelId, Actor actor, BotBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        OnOne(id, actor, board, storage, async (unit, bot, stop) =>
        {
            if (await unit.Db.Table<BotChannelRow>().Where(row => row.Ws == actor.Ws && row.ChannelId == channelId && row.BotId == id).ExecuteDeleteAsync(stop) == 0)
                return Refusal.NotFound();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.channel_removed", "bot", id.ToString(), new { channelId }, stop);
            return null;
        }, ct);

    public static Task<IResult> PutModelKey(Guid id, ModelKey request, Actor actor, IVault vault, BotBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        request.Key is { Length: > MostKey } ? Task.FromResult<IResult>(Refusal.Invalid("key", "too_long", MostKey).ToProblem()) : OnOne(id, actor, board, storage, async (unit, bot, stop) =>
        {
            bot.SealedModelKey = string.IsNullOrEmpty(request.Key) ? null : vault.Seal(actor.Ws, KeyPurpose, System.Text.Encoding.UTF8.GetBytes(request.Key), id);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot.model_key_set", "bot", id.ToString(), new { set = bot.SealedModelKey is not null }, stop);
            return null;
        }, ct);

    public static async Task<IResult> Give(Guid id, Actor actor, IBotConversations conversations) =>
        await conversations.Give(actor, id) is { } no ? no.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> OnOne(Guid id, Actor actor, BotBoard board, IStorageEngine storage, Func<WriteUnit, BotRow, CancellationToken, Task<Refusal?>> act, CancellationToken ct)
    {
        var answer = await storage.Run<object>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } bot)
                return Refusal.NotFound();
            bot.ChangedAt = unit.Ids.Now();
            if (await act(unit, bot, stop) is { } no)
            {
                unit.Abandon();
                return no;
            }
            await unit.Db.SaveChangesAsync(stop);
            return await Answer(unit.Db, bot, stop);
        }, ct);
        if (answer is Refusal refused)
            return refused.ToProblem();
        await board.Changed(ct);
        return TypedResults.Ok((BotAnswer)answer);
    }

    private static async Task<BotAnswer> Answer(QueqiaoDb db, BotRow bot, CancellationToken ct) =>
        BotAnswer.Of(bot, await db.Table<BotChannelRow>().AsNoTracking().Where(row => row.Ws == bot.Ws && row.BotId == bot.Id).ToListAsync(ct));

    private static Refusal? Check(string? name, BotProfile? profile) => Refusal.Of([
        .. name is not null && string.IsNullOrWhiteSpace(name) ? [("name", new FieldFault("required"))] : Array.Empty<(string, FieldFault)>(),
        .. name?.Trim().Length > BotProfileRules.MostName ? [("name", new FieldFault("too_long", BotProfileRules.MostName))] : Array.Empty<(string, FieldFault)>(),
        .. OneLine.HidesSomething(name) ? [("name", new FieldFault("control_characters"))] : Array.Empty<(string, FieldFault)>(),
        .. profile is null ? [] : BotProfileRules.Faults(profile)]);
}
