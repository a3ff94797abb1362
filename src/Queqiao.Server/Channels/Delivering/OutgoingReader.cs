using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>A message with everything its kind needs to bring it.</summary>
internal sealed class OutgoingReader(IOutgoingMessages messages, DeliveryBook book, ReachBook reaches, StoredFiles files, FileLinks links, PublicUrl url)
{
    /// <summary>Null: it is not there any more, or was taken back.</summary>
    public async Task<OutgoingMessage?> Read(int ws, Guid conversation, long seq, CancellationToken ct)
    {
        if (await messages.Find(ws, conversation, seq, ct) is not { Body: { Revision: not { Recalled: true } } body } posted)
            return null;
        return new OutgoingMessage(ws, conversation, seq, posted.Who, $"{conversation:N}.{seq}", body.Text)
        {
            Files = [.. (body.Attachments ?? []).Select(file => FileOf(ws, file))],
            ContactId = posted.ContactId,
            RevisedSeq = body.Revision?.Seq ?? 0,
            Template = body.Template,
            Choices = [.. (body.Bot?.Buttons ?? []).Select(button => button.Text)],
            Markdown = body.Markdown,
            ReplyTo = body.ReplyTo is { } answered ? await NameOf(ws, conversation, answered, ct) : null,
            Reach = await reaches.Find(ws, posted.Who, ct),
            Subject = posted.Subject,
            SenderName = posted.Sender.Name,
        };
    }

    /// <summary>What the platform calls the message that is answered, the customer's or one of ours.</summary>
    private async Task<string?> NameOf(int ws, Guid conversation, long seq, CancellationToken ct) =>
        await messages.Find(ws, conversation, seq, ct) is not { Body: { Revision: not { Recalled: true } } answered } ? null
        : answered.ExternalId is { } theirs ? theirs
        : await book.Find(ws, conversation, seq, ct) is { } delivery && await book.External(delivery, ct) is [var first, ..] ? first : null;

    private OutgoingFile FileOf(int ws, SentFile file) => new(file.Id, file.Kind, file.Name, file.ContentType, file.Size, file.DurationMs,
        async ct => await files.Row(ws, file.Id, ct) is { State: FileState.Ready } row ? await files.Read(row, Variant.Served, ct) : null,
        url.Configured is { } own ? new Uri(own + links.Make(new FileLink(ws, file.Id, Variant.Served, LinkAudience.Visitor), FileLinks.ValidForMedia).Path) : null);
}
