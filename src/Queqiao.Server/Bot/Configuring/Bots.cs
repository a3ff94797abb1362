using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Configuring;

/// <summary>The front door for others.</summary>
internal sealed class Bots(IStorageEngine storage) : IBots
{
    public Task Introduce(int ws, FirstBot first, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        if (await unit.Db.Table<BotRow>().AnyAsync(row => row.Ws == ws, stop))
            return false;
        var now = unit.Ids.Now();
        var bot = new BotRow { Ws = ws, Id = unit.Ids.New(), Name = first.Name, Enabled = true, Profile = (BotProfile.Default with { Menu = first.Menu, Codes = new CodeSettings(first.CodesBySms) }).Json(), CreatedAt = now, ChangedAt = now };
        unit.Db.Table<BotRow>().Add(bot);
        await unit.Db.SaveChangesAsync(stop);
        unit.Db.Table<BotChannelRow>().Add(new BotChannelRow { Ws = ws, ChannelId = first.ChannelId, BotId = bot.Id, Enabled = first.Receives, Settings = "{}", ChangedAt = now });
        foreach (var flow in first.Flows.Select(text => FlowText.Read(text).Flow))
        {
            var row = new BotFlowRow { Ws = ws, Id = unit.Ids.New(), Key = flow.Key, Draft = flow.Json(), PublishedVersion = 1, Enabled = true, CreatedAt = now, ChangedAt = now };
            unit.Db.Table<BotFlowRow>().Add(row);
            await unit.Db.SaveChangesAsync(stop);
            unit.Db.Table<BotFlowVersionRow>().Add(new BotFlowVersionRow { Ws = ws, FlowId = row.Id, Version = 1, Flow = row.Draft, At = now });
        }
        foreach (var (digest, learnt) in first.Learnt ?? new Dictionary<string, string>())
            unit.Db.Table<BotLearntRow>().Add(new BotLearntRow { Ws = ws, Digest = digest, Learnt = learnt, At = now });
        await Audit.Record(unit, AuditBy.System(ws), "bot.created", "bot", bot.Id.ToString(), new { bot.Name, bot.Enabled }, stop);
        return true;
    }, ct);
}
