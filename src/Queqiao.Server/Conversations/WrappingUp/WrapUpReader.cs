using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>Reads what the form is prefilled with.</summary>
internal sealed class WrapUpReader(IStorageEngine storage, ConversationSeals seals)
{
    private const int MostWords = 30;

    /// <summary>The newest wrap-up of a conversation.</summary>
    public async Task<LogEntry?> Last(ConversationHead head, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(head.Ws)).Where(entry => entry.ConversationId == head.Id && entry.Type == EntryType.WrappedUp).OrderByDescending(entry => entry.Seq).Take(1).ToListAsync(ct);
        return (await seals.Entries(rows, ct)).FirstOrDefault();
    }

    /// <summary>What the customer wrote last.</summary>
    public async Task<IReadOnlyList<string>> CustomersWords(ConversationHead head, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(head.Ws))
            .Where(entry => entry.ConversationId == head.Id && entry.Type == EntryType.Message && entry.SenderKind == SenderKind.Contact)
            .OrderByDescending(entry => entry.Seq).Take(MostWords).ToListAsync(ct);
        return [.. (await seals.Entries(rows, ct)).Select(entry => entry.Body).OfType<MessagePosted>().Select(message => message.Text)];
    }
}
