using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Attachments;

/// <summary>Writes down who opened files of conversations that are not theirs: once an hour for a conversation, before the links are given out.</summary>
internal sealed class OpenedFiles(ConversationReader reader, IStorageEngine storage, TimeProvider clock)
{
    private static readonly TimeSpan Once = TimeSpan.FromHours(1);

    private readonly FreshCache<(Guid Agent, Guid Conversation), object> _noted = new(clock, Once);

    public async Task Note(Actor actor, IReadOnlyList<FileView> files, HttpContext context, CancellationToken ct)
    {
        var conversations = files.Select(file => file.ConversationId!.Value).Distinct().ToArray();
        foreach (var conversation in await reader.HeldByOthers(actor, conversations, ct))
        {
            await _noted.Get((actor.AgentId, conversation), async (_, stop) =>
            {
                var ids = files.Where(file => file.ConversationId == conversation).Select(file => file.Id).ToList();
                await Audit.Reading(storage, actor, context, "files.opened", "conversation", conversation.ToString(), new { files = ids }, stop);
                return new object();
            }, ct);
        }
    }
}
