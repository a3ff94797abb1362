using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Labelling;

/// <summary>A tag as it is shown.</summary>
internal sealed record TagAnswer(Guid Id, string Name, string Color, bool Archived)
{
    public static TagAnswer Of(Tag tag) => new(tag.Id, tag.Name, tag.Color, tag.ArchivedAt is not null);
}

/// <summary>The tags of a workspace; asked for every row of a list.</summary>
internal sealed class TagDirectory(IStorageEngine storage, TimeProvider clock, CacheNews? news = null)
{
    public const int MostName = 40;

    /// <summary>Of tags that nobody chose a colour for: by their name, so that the same word looks the same everywhere.</summary>
    public static readonly IReadOnlyList<string> Palette = ["#2f6fde", "#0b7285", "#2b8a3e", "#9c6b00", "#d9480f", "#c2255c", "#7048b6", "#5c6670"];

    private readonly FreshCache<int, IReadOnlyDictionary<Guid, TagAnswer>> _known = new(clock, TimeSpan.FromSeconds(5), news, "tags");

    public async ValueTask<IReadOnlyDictionary<Guid, TagAnswer>> Of(int ws, CancellationToken ct) => (await _known.Get(ws, Load, ct))!;

    public void Changed(int ws) => _known.Forget(ws);

    /// <summary>Names differ by more than case and width.</summary>
    public static string KeyOf(string name) => name.Trim().Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant();

    public static string ColorOf(string name)
    {
        var hash = 2166136261u; // FNV-1a: the same on every node
        foreach (var letter in KeyOf(name))
            hash = (hash ^ letter) * 16777619;
        return Palette[(int)(hash % (uint)Palette.Count)];
    }

    /// <summary>The tag of that name, archived or not, made when there is none.</summary>
    public async Task<Tag> FindOrAdd(WriteUnit unit, string name, string? color, AuditBy by, CancellationToken ct)
    {
        var (ws, key) = (unit.Ws, KeyOf(name));
        if (await unit.Db.Table<Tag>().SingleOrDefaultAsync(tag => tag.Ws == ws && tag.NameKey == key, ct) is { } known)
            return known;
        var tag = new Tag { Ws = ws, Id = unit.Ids.New(), Name = name.Trim(), NameKey = key, Color = color ?? ColorOf(name), CreatedAt = unit.Ids.Now() };
        unit.Db.Table<Tag>().Add(tag);
        unit.AfterCommit(() => Changed(ws));
        await Audit.Record(unit, by, "tag.created", "tag", tag.Id.ToString(), new { tag.Name, tag.Color }, ct);
        return tag;
    }

    private async Task<IReadOnlyDictionary<Guid, TagAnswer>?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var tags = await db.Table<Tag>().AsNoTracking().Where(tag => tag.Ws == ws).ToListAsync(ct);
        return tags.ToDictionary(tag => tag.Id, TagAnswer.Of);
    }
}
