using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>The only way in which articles and FAQs change: inside somebody's transaction, so that what readers see, its revision and the audit row go together.</summary>
internal sealed class ItemWriting(KnowledgeLibrary library)
{
    /// <summary>A draft that its writer goes on with within this time stays one version.</summary>
    private static readonly TimeSpan OneSitting = TimeSpan.FromHours(1);

    /// <summary>Adds an item with its first version; nobody sees it yet.</summary>
    public static KnowledgeItem Add(WriteUnit unit, KnowledgeBaseRow home, bool isFaq, KnowledgeContent content, Guid? by)
    {
        var now = unit.Ids.Now();
        var item = new KnowledgeItem
        {
            Ws = home.Ws, Id = unit.Ids.New(), BaseId = home.Id, Kind = isFaq ? "faq" : "article", Title = "", Lookup = "", Audience = content.Audience.Kind,
            Version = 1, Position = 0, Revision = home.Revision, CreatedAt = now, CreatedBy = by, ChangedAt = now, ChangedBy = by, OwnerId = by,
        };
        Describe(item, content, home.Language);
        unit.Db.Table<KnowledgeItem>().Add(item);
        unit.Db.Table<KnowledgeVersion>().Add(new KnowledgeVersion { Ws = home.Ws, ItemId = item.Id, Version = 1, Content = content.Json(), ByAgent = by, CreatedAt = now });
        return item;
    }

    /// <summary>The newest version says this now: the writer's own young draft is written over, anything else gets a version after it.</summary>
    public static async Task Revise(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem item, KnowledgeContent content, Guid? by, string? note, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var newest = await unit.Db.Table<KnowledgeVersion>().SingleAsync(one => one.Ws == item.Ws && one.ItemId == item.Id && one.Version == item.Version, ct);
        var isSame = newest.Content == content.Json();
        if (isSame && note is null)
            return;
        if (item.Version != item.PublishedVersion && newest.ByAgent == by && item.Review is null && item.PublishAt is null && now - newest.CreatedAt < (long)OneSitting.TotalMilliseconds)
        {
            (newest.Content, newest.Note) = (content.Json(), note ?? newest.Note);
        }
        else if (!isSame)
        {
            item.Version++;
            unit.Db.Table<KnowledgeVersion>().Add(new KnowledgeVersion { Ws = item.Ws, ItemId = item.Id, Version = item.Version, Content = content.Json(), Note = note, ByAgent = by, CreatedAt = now });
        }
        (item.ChangedAt, item.ChangedBy, item.Review, item.ReviewNote) = (now, by, null, null);
        if (item.PublishAt is null)
            (item.HeldRun, item.AcceptedRun) = (null, null);
        if (item.PublishedVersion is null)
            Describe(item, content, home.Language);
    }

    /// <summary>Whether somebody may show a version to readers: where the base asks for a second person, not who wrote it.</summary>
    public static async Task<bool> MayShow(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem item, int version, Guid by, CancellationToken ct) =>
        !home.NeedsSecond || !await unit.Db.Table<KnowledgeVersion>().AnyAsync(one => one.Ws == item.Ws && one.ItemId == item.Id && one.Version == version && one.ByAgent == by, ct);

    /// <summary>Readers see this version from the commit on.</summary>
    public async Task Publish(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem item, int version, CancellationToken ct)
    {
        var content = await Content(unit, item, version, ct);
        var now = unit.Ids.Now();
        (item.PublishedVersion, item.PublishedAt, item.PublishAt, item.ArchivedAt) = (version, now, null, null);
        (item.HeldRun, item.AcceptedRun, item.PublishVersion) = (null, null, null);
        if (version == item.Version)
            (item.Review, item.ReviewNote) = (null, null);
        Describe(item, content, home.Language);
        Seen(unit, home, item);
    }

    /// <summary>Readers no longer see it.</summary>
    public void Withdraw(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem item, bool archive)
    {
        var now = unit.Ids.Now();
        (item.PublishedVersion, item.PublishedAt, item.PublishAt, item.ChangedAt) = (null, null, null, now);
        (item.HeldRun, item.AcceptedRun, item.PublishVersion) = (null, null, null);
        item.ArchivedAt = archive ? now : null;
        Seen(unit, home, item);
    }

    /// <summary>Something that readers see changed: the base gets the next revision, and so does the item.</summary>
    public void Seen(WriteUnit unit, KnowledgeBaseRow home, KnowledgeItem? item)
    {
        home.Revision++;
        home.ChangedAt = unit.Ids.Now();
        if (item is not null)
            item.Revision = home.Revision;
        var ws = home.Ws;
        unit.AfterCommit(() => library.Heard(ws));
    }

    public static async Task<KnowledgeContent> Content(WriteUnit unit, KnowledgeItem item, int version, CancellationToken ct) => KnowledgeContent.Of(
        unit.Db.Table<KnowledgeVersion>().Local.FirstOrDefault(one => one.ItemId == item.Id && one.Version == version)?.Content
        ?? await unit.Db.Table<KnowledgeVersion>().Where(one => one.Ws == item.Ws && one.ItemId == item.Id && one.Version == version).Select(one => one.Content).SingleAsync(ct));

    /// <summary>The base, locked until the commit: whoever changes what readers see waits for the one before.</summary>
    public static async Task<KnowledgeBaseRow?> Lock(WriteUnit unit, int ws, Guid baseId, CancellationToken ct)
    {
        // An update that changes nothing locks the row on PostgreSQL; on SQLite the lane is the lock.
        if (await unit.Db.Table<KnowledgeBaseRow>().Where(row => row.Ws == ws && row.Id == baseId).ExecuteUpdateAsync(set => set.SetProperty(row => row.Revision, row => row.Revision), ct) == 0)
            return null;
        return await unit.Db.Table<KnowledgeBaseRow>().SingleAsync(row => row.Ws == ws && row.Id == baseId, ct);
    }

    private static void Describe(KnowledgeItem item, KnowledgeContent content, string language)
    {
        item.Title = content.TitleIn(language);
        item.Lookup = ContentRules.Same(item.Title);
        (item.Audience, item.ValidFrom, item.ValidTo) = (content.Audience.Kind, content.ValidFrom, content.ValidTo);
    }
}
