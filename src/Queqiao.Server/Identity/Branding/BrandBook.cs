using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Branding;

/// <summary>Keeps brands, and has them in memory: every page that is opened asks.</summary>
internal sealed class BrandBook : IBranding
{
    public static readonly IReadOnlyList<string> Kinds = ["logo-light", "logo-dark", "icon"];
    public const int MostBytes = 300 * 1024;

    private readonly IStorageEngine _storage;
    private readonly FreshCache<int, Brand> _known;
    private readonly FreshCache<int, int[]> _first;

    public BrandBook(IStorageEngine storage, TimeProvider clock, CacheNews? news = null)
    {
        _storage = storage;
        _known = new(clock, TimeSpan.FromSeconds(5), news, "brands");
        _first = new(clock, TimeSpan.FromSeconds(5), news, "branded");
    }

    public async ValueTask<Brand> Of(int ws, CancellationToken ct) => await _known.Get(ws, Load, ct) ?? Brand.None(ws);

    /// <summary>For whoever is not signed in: the brand of the server's first workspace.</summary>
    public async ValueTask<Brand> OfServer(CancellationToken ct) => (await _first.Get(0, First, ct)) is [var ws, ..] ? await Of(ws, ct) : Brand.None(0);

    public void Changed(int ws)
    {
        _known.Forget(ws);
        _first.Forget(0);
    }

    public async Task<BrandImage?> Image(int ws, string kind, CancellationToken ct)
    {
        await using var db = _storage.Read(ws);
        return await db.Table<BrandImage>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Kind == kind, ct);
    }

    public async Task<BrandPicture?> Picture(int ws, string kind, CancellationToken ct) => await Image(ws, kind, ct) is { } image ? new BrandPicture(image.Bytes, image.ContentType, image.Hash) : null;

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 6));

    private async Task<Brand?> Load(int ws, CancellationToken ct)
    {
        await using var db = _storage.Read(ws);
        var row = await db.Table<BrandRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == ws, ct);
        var images = await db.Table<BrandImage>().AsNoTracking().Where(one => one.Ws == ws).ToDictionaryAsync(one => one.Kind, one => one.Hash, ct);
        return new Brand(ws, row?.Name, row?.Color, row?.MailFooter, images);
    }

    private async Task<int[]?> First(int _, CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        return await db.Table<Workspace>().OrderBy(row => row.Ws).Take(1).Select(row => row.Ws).ToArrayAsync(ct);
    }
}
