using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Gate;

/// <summary>The gate for what bots learn: the regression set, the standard question of every FAQ, and the new question itself.</summary>
internal sealed class GateForLearning(Trials trials, IKnowledge knowledge, IStorageEngine storage) : IKnowledgeGate
{
    public async Task<TrialResult?> OfSimilar(int ws, Guid faq, string language, string question, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == faq && row.Kind == "faq" && row.ArchivedAt == null, ct);
        if (item is null)
            return null;
        var shown = item.PublishedVersion ?? item.Version;
        var text = await db.Table<KnowledgeVersion>().AsNoTracking().Where(row => row.Ws == ws && row.ItemId == faq && row.Version == shown).Select(row => row.Content).SingleAsync(ct);
        return EditKnowledge.WithSimilar(KnowledgeContent.Of(text), language, question) is { } next ? await Of(ws, new Candidate(item, item.Version + 1, next), question, ct) : null;
    }

    public async Task<TrialResult?> OfNew(int ws, NewKnowledge item, CancellationToken ct)
    {
        if ((item.BaseId ?? (await knowledge.Bases(ws, ct) is [var first, ..] ? first.Id : null)) is not { } home)
            return null;
        var question = item.Content.Wordings[0].Question;
        var row = new KnowledgeItem { Ws = ws, Id = Guid.AllBitsSet, BaseId = home, Kind = "faq", Title = question, Lookup = "", Audience = Audience.Everybody, Version = 1, Position = 0, Revision = 0, CreatedAt = 0, ChangedAt = 0 };
        return await Of(ws, new Candidate(row, 1, ContentRules.Tidy(item.Content)), question, ct);
    }

    public void Keep(WriteUnit unit, TrialResult result, Guid item, Guid? by) => Trials.Keep(unit, result, item, by);

    private async Task<TrialResult?> Of(int ws, Candidate change, string question, CancellationToken ct) =>
        await trials.Open(ws, change.Item.BaseId, (ContentRules.Line(question), change.Item.Id), ct) is { } trial ? await trial.Of([change], ct) : null;
}
