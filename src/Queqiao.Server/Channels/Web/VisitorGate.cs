using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Web;

/// <summary>Whether a visitor may write now, and what is stored about them when they do.</summary>
internal sealed class VisitorGate(IConsents consents, IContacts contacts, IStorageEngine storage, ILogger<VisitorGate> log)
{
    /// <summary>Null: they may write.</summary>
    public async ValueTask<Refusal?> MayWrite(AdmittedVisitor who, CancellationToken ct)
    {
        if (who.Channel.Web is not { Notice: NoticeModes.Accept })
            return null;
        var notices = await consents.Notices(who.Channel.Ws, who.Channel.Id, ct);
        var accepted = who.Visitor.Papers?.Notice is { Accepted: true } answer && notices.Any(notice => notice.Hash == answer.Hash);
        return accepted || notices.Count == 0 ? null : Refusal.Forbidden("notice_required");
    }

    /// <summary>The notice that a visitor of this language is to see; null when the channel shows none.</summary>
    public async ValueTask<Notice?> NoticeFor(ChannelView channel, string locale, CancellationToken ct)
    {
        if (channel.Web is null or { Notice: NoticeModes.Off })
            return null;
        var notices = await consents.Notices(channel.Ws, channel.Id, ct);
        return notices.FirstOrDefault(notice => notice.Locale == locale) ?? (notices.Count > 0 ? notices[0] : null);
    }

    /// <summary>Stores what the visitor's papers say. Their first message brings it, so nothing is known of who says nothing.</summary>
    public async Task Note(AdmittedVisitor who, CancellationToken ct)
    {
        if (who.Visitor.Papers is not { } papers)
            return;
        var key = who.Visitor.Key;
        try
        {
            await storage.Run(who.Channel.Ws, (unit, stop) => contacts.Arrive(unit, papers.For(new(key.ChannelId, key.Identity), who.Channel.Web?.UserIssuer), stop), ct);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            // The message matters more; the next one, or the next session, brings the papers again.
            log.LogWarning("What a visitor brought along could not be stored ({Trouble})", trouble.GetType().Name);
        }
    }

    /// <summary>Whether a text will become a message: papers are not stored for what is going to be refused.</summary>
    public static bool WillBeSaid(string? clientId, string? text, Guid[]? attachments) =>
        !string.IsNullOrEmpty(clientId) && (attachments is { Length: > 0 } || !string.IsNullOrWhiteSpace(text)) && !(text?.Length > ConversationRules.MostText);
}
