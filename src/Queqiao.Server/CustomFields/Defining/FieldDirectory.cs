using Microsoft.EntityFrameworkCore;
using Queqiao.Server.CustomFields.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomFields.Defining;

internal sealed class FieldDirectory(IStorageEngine storage, TimeProvider clock, CacheNews? news = null) : ICustomFields
{
    private readonly FreshCache<(int Ws, string Object), FieldSet> _known = new(clock, TimeSpan.FromSeconds(5), news, "custom fields");

    public async ValueTask<FieldSet> Of(int ws, string @object, CancellationToken ct) => (await _known.Get((ws, @object), Load, ct))!;

    public void Changed(int ws, string @object) => _known.Forget((ws, @object));

    private async Task<FieldSet?> Load((int Ws, string Object) key, CancellationToken ct)
    {
        await using var db = storage.Read(key.Ws);
        var rows = await db.Table<CustomFieldRow>().AsNoTracking()
            .Where(row => row.Ws == key.Ws && row.Object == key.Object)
            .OrderBy(row => row.Position).ThenBy(row => row.CreatedAt).ThenBy(row => row.Id)
            .ToListAsync(ct);
        return new FieldSet([.. rows.Select(row => row.ToField())]);
    }
}
