using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Graph;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>The front door for parts that write.</summary>
internal sealed class EditKnowledge(ItemWriting writing) : IKnowledgeEditing
{
    public async Task<Guid> OpenBase(WriteUnit unit, int ws, string name, string language, HelpCentreSettings help, CancellationToken ct)
    {
        var row = Bases.Add(unit, ws, name, language);
        row.Help = help.Json();
        writing.Seen(unit, row, null);
        await unit.Db.SaveChangesAsync(ct);
        return row.Id;
    }

    public async Task<Guid> Add(WriteUnit unit, int ws, NewKnowledge item, CancellationToken ct)
    {
        var home = await Bases.Home(unit, ws, item.BaseId, ct) ?? throw new ArgumentException("There is no such base.", nameof(item));
        var content = ContentRules.Tidy(item.Content);
        if (Refusal.Of(ContentRules.Check(content, item.IsFaq)) is { } wrong)
            throw new ArgumentException($"The content is refused: {string.Join(", ", wrong.Fields!.Select(field => $"{field.Key} {field.Value[0].Code}"))}.", nameof(item));
        var row = ItemWriting.Add(unit, home, item.IsFaq, content, item.By);
        row.ExternalKey = item.ExternalKey;
        row.CategoryId = item.Category is { } category ? await Categories.Named(unit, home, category, ct) : null;
        unit.Db.Table<KnowledgeVersion>().Local.First(one => one.ItemId == row.Id).Note = item.Note;
        if (item.Publish && home.NeedsSecond && item.By is not null)
            row.Review = "asked";
        else if (item.Publish)
            await writing.Publish(unit, home, row, 1, ct);
        await unit.Db.SaveChangesAsync(ct);
        return row.Id;
    }

    public async Task<int?> AddSimilar(WriteUnit unit, int ws, Guid faq, string language, string question, Guid? by, bool publish, CancellationToken ct) =>
        await Change(unit, ws, faq, by, publish, content => WithSimilar(content, language, question), ct);

    public async Task<bool> RemoveSimilar(WriteUnit unit, int ws, Guid faq, string question, Guid? by, CancellationToken ct)
    {
        var same = ContentRules.Same(question);
        return await Change(unit, ws, faq, by, publish: true, content =>
        {
            var less = content with { Wordings = [.. content.Wordings.Select(one => one with { Similar = [.. one.Similar.Where(text => ContentRules.Same(text) != same)] })] };
            return less.Json() == content.Json() ? null : less;
        }, ct) is not null;
    }

    public async Task<bool> SetAnswer(WriteUnit unit, int ws, Guid faq, string language, string answer, Guid? by, CancellationToken ct) =>
        await Change(unit, ws, faq, by, publish: true, content => WithAnswer(content, language, answer), ct) is not null;

    /// <summary>The answer that strangers are given in a language; what is for others stays.</summary>
    private static KnowledgeContent WithAnswer(KnowledgeContent content, string language, string answer)
    {
        var said = content.AnswerFor(KnowledgeReader.Stranger, language, null);
        return said is not null && KnowledgeContent.Speaks(said.Language, language)
            ? content with { Answers = [.. content.Answers.Select(one => one == said ? one with { Text = answer } : one)] }
            : content with { Answers = [.. content.Answers, new FaqAnswer(language, answer)] };
    }

    public async Task<bool> Withdraw(WriteUnit unit, int ws, Guid faq, Guid? by, CancellationToken ct)
    {
        var item = await unit.Db.Table<KnowledgeItem>().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == faq && row.Kind == "faq" && row.ArchivedAt == null, ct);
        if (item is null)
            return false;
        var home = (await ItemWriting.Lock(unit, ws, item.BaseId, ct))!;
        writing.Withdraw(unit, home, item, archive: true);
        item.ChangedBy = by;
        await unit.Db.SaveChangesAsync(ct);
        return true;
    }

    public async Task NameCategory(WriteUnit unit, int ws, Guid baseId, string category, string language, string name, CancellationToken ct)
    {
        var home = await ItemWriting.Lock(unit, ws, baseId, ct) ?? throw new ArgumentException("There is no such base.", nameof(baseId));
        if (await unit.Db.Table<KnowledgeCategory>().SingleOrDefaultAsync(row => row.Ws == ws && row.BaseId == baseId && row.ParentId == null && row.Name == category, ct) is not { } row)
            return;
        row.Names = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>(Categories.NamesOf(row.Names)) { [language] = name });
        writing.Seen(unit, home, null);
        await unit.Db.SaveChangesAsync(ct);
    }

    public async Task AddFacts(WriteUnit unit, int ws, Guid baseId, IEnumerable<(string Subject, string Relation, string Target)> facts, CancellationToken ct)
    {
        var home = await ItemWriting.Lock(unit, ws, baseId, ct) ?? throw new ArgumentException("There is no such base.", nameof(baseId));
        foreach (var (subject, relation, target) in facts)
            Edges.Add(unit, home, new(subject, relation, target, Audience.Everybody));
        writing.Seen(unit, home, null);
        await unit.Db.SaveChangesAsync(ct);
    }

    public async Task AddSynonyms(WriteUnit unit, int ws, Guid baseId, IReadOnlyList<string> words, CancellationToken ct)
    {
        var home = await ItemWriting.Lock(unit, ws, baseId, ct) ?? throw new ArgumentException("There is no such base.", nameof(baseId));
        Terms.Add(unit, home, "synonym", words, null);
        writing.Seen(unit, home, null);
        await unit.Db.SaveChangesAsync(ct);
    }

    internal static KnowledgeContent? WithSimilar(KnowledgeContent content, string language, string question)
    {
        var line = ContentRules.Line(question);
        if (line.Length is 0 or > ContentRules.MostQuestion || content.Wordings.Any(one => one.Similar.Append(one.Question).Any(text => ContentRules.Same(text) == ContentRules.Same(line))))
            return null;
        var known = content.Wordings.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language)) ?? content.Wordings[0];
        return known.Similar.Count >= ContentRules.MostSimilar ? null
            : content with { Wordings = [.. content.Wordings.Select(one => one == known ? one with { Similar = [.. one.Similar, line] } : one)] };
    }

    private async Task<int?> Change(WriteUnit unit, int ws, Guid faq, Guid? by, bool publish, Func<KnowledgeContent, KnowledgeContent?> change, CancellationToken ct)
    {
        var item = await unit.Db.Table<KnowledgeItem>().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == faq && row.Kind == "faq" && row.ArchivedAt == null, ct);
        if (item is null)
            return null;
        var home = (await ItemWriting.Lock(unit, ws, item.BaseId, ct))!;
        if (publish && home.NeedsSecond && by is null)
            return null; // nobody has looked at it
        if (publish && home.NeedsSecond)
            return await Propose(unit, item, by!.Value, change, ct);
        // What is published changes by this alone: somebody's unfinished draft is not published with it.
        var basis = publish && item.PublishedVersion is { } shown ? shown : item.Version;
        var pending = basis == item.Version ? null : await ItemWriting.Content(unit, item, item.Version, ct);
        if (change(await ItemWriting.Content(unit, item, basis, ct)) is not { } next)
            return null;
        Add(unit, item, next, by);
        var version = item.Version;
        var (at, accepted) = (item.PublishAt, item.AcceptedRun);
        if (publish && item.PublishedVersion is not null)
            await writing.Publish(unit, home, item, version, ct);
        if (pending is not null)
        {
            Add(unit, item, change(pending) ?? pending, by);
            if (at is not null) // what waits for its time goes on waiting
                (item.PublishAt, item.PublishVersion, item.AcceptedRun) = (at, item.Version, accepted);
        }
        await unit.Db.SaveChangesAsync(ct);
        return version;
    }

    /// <summary>Where a second person is asked for: the newest version says it, and somebody else is asked to show it.</summary>
    private static async Task<int?> Propose(WriteUnit unit, KnowledgeItem item, Guid by, Func<KnowledgeContent, KnowledgeContent?> change, CancellationToken ct)
    {
        if (change(await ItemWriting.Content(unit, item, item.Version, ct)) is not { } next)
            return null;
        Add(unit, item, next, by);
        item.Review = "asked";
        await unit.Db.SaveChangesAsync(ct);
        return item.Version;
    }

    private static void Add(WriteUnit unit, KnowledgeItem item, KnowledgeContent content, Guid? by)
    {
        var now = unit.Ids.Now();
        item.Version++;
        unit.Db.Table<KnowledgeVersion>().Add(new KnowledgeVersion { Ws = item.Ws, ItemId = item.Id, Version = item.Version, Content = content.Json(), ByAgent = by, CreatedAt = now });
        (item.ChangedAt, item.ChangedBy) = (now, by);
    }
}
