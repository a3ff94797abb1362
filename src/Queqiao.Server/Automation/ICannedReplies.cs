using Queqiao.Server.Automation.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Automation;

/// <summary>A text that is shared with everybody.</summary>
/// <param name="Shortcut">What is typed after the slash: lower case.</param>
internal sealed record SharedReply(string Shortcut, string Title, string Body);

/// <summary>What other modules may ask of canned replies.</summary>
internal interface ICannedReplies
{
    /// <summary>Adds shared texts in somebody's transaction; none of their shortcuts may be taken.</summary>
    Task Add(WriteUnit unit, int ws, IReadOnlyList<SharedReply> replies, CancellationToken ct);
}

internal sealed class SharedReplies : ICannedReplies
{
    public async Task Add(WriteUnit unit, int ws, IReadOnlyList<SharedReply> replies, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        foreach (var reply in replies)
        {
            unit.Db.Table<CannedReply>().Add(new CannedReply
            {
                Ws = ws, Id = unit.Ids.New(), Shortcut = reply.Shortcut, Title = reply.Title, Body = reply.Body, CreatedAt = now, ChangedAt = now,
            });
        }
        await unit.Db.SaveChangesAsync(ct);
    }
}
