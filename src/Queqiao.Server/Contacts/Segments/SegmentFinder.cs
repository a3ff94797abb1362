using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Segments;

/// <summary>Finds a segment for lists of contacts.</summary>
internal sealed class SegmentFinder(IStorageEngine storage, ICustomFields custom, Ids ids)
{
    /// <summary>What narrows contacts down to a segment; null: there is none of that id.</summary>
    public async Task<Func<QueqiaoDb, IQueryable<Contact>, IQueryable<Contact>>?> Find(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        if (await db.Table<ContactSegment>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id, ct) is not { } row)
            return null;
        var (conditions, fields, now) = (SegmentEndpoints.Read(row), await custom.Of(ws, FieldObject.Contact, ct), ids.Now());
        // A field may have been archived since: such a segment holds nobody.
        return SegmentRules.Check(conditions, fields) is null
            ? (reading, rows) => SegmentRules.Narrow(reading, ws, rows, conditions, fields, now)
            : (_, rows) => rows.Where(contact => false);
    }
}
