using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Erasing;

/// <summary>What a person said is taken out of the full-text index: its hidden words would still tell which texts share words.</summary>
internal sealed class EraseSearchTexts(ITextIndex index) : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        var conversations = await unit.Db.Visible(Scope<ConversationHead>.Workspace(erasure.Ws)).Where(head => people.Contains(head.ContactId)).Select(head => head.Id).ToArrayAsync(ct);
        var places = await unit.Db.Visible(Scope<EntryRow>.Workspace(erasure.Ws))
            .Where(entry => conversations.Contains(entry.ConversationId) && (entry.Type == EntryType.Message || entry.Type == EntryType.Note || entry.Type == EntryType.Subject))
            .Select(entry => new { entry.ConversationId, entry.Seq, entry.At }).ToListAsync(ct);
        foreach (var some in places.Chunk(1000))
            await index.Remove(unit, erasure.Ws, [.. some.Select(entry => new TextPlace(entry.ConversationId, entry.Seq, entry.At))], ct);
        erasure.Counts["searchTexts"] = places.Count;
    }
}
