using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>Who is told by which service, and in which words.</summary>
internal sealed class PushNotes(PushDevices devices, IOutgoingMessages messages, IChannels channels, IContacts people)
{
    private const int MostPreview = 120;

    /// <summary>A job for each device of a vendor, and one for the firm's own server.</summary>
    public async Task<IReadOnlyList<NewJob>> Plan(IReadOnlyList<PushTarget> targets, int ws, Guid conversation, UnseenMessages unseen, CancellationToken ct)
    {
        var known = await devices.Of(ws, unseen.Who, ct);
        var sends = new List<NewJob>();
        foreach (var target in targets.Where(target => target.ChannelId == unseen.Who.ChannelId))
        {
            if (target.Service != Vendors.WebhookPush.Kind)
                sends.AddRange(known.Where(one => one.Address.Vendor == target.Service).Select(one => SendPush.Of(ws, conversation, unseen.LastSeq, target, one.Address.Id)));
            else if (known.Count > 0 || await people.UserOf(ws, unseen.ContactId, ct) is not null) // a stranger on a web site has no phone that the firm knows
                sends.Add(SendPush.Of(ws, conversation, unseen.LastSeq, target, null));
        }
        return sends;
    }

    /// <summary>As it is now; null: there is nothing to tell, or nobody.</summary>
    /// <param name="id">The same at every try.</param>
    public async Task<(PushNote Note, string? Locale)?> Write(int ws, Guid id, Guid conversation, Guid? device, bool withText, CancellationToken ct)
    {
        if (await messages.Unseen(ws, conversation, ct) is not { } unseen || await channels.Find(unseen.Who.ChannelId, ct) is not { Enabled: true, Web: { } web } channel)
            return null;
        var known = (await devices.Of(ws, unseen.Who, ct)).Where(one => device is null || one.Address.Id == device).ToList();
        if (device is not null && known.Count == 0)
            return null;
        var title = web.Title.Length > 0 ? web.Title : channel.Name;
        string? preview = null;
        if (withText && await messages.Find(ws, conversation, unseen.LastSeq, ct) is { Body: { Revision: not { Recalled: true } } body } last)
        {
            preview = Shorten(body.Text.Length > 0 ? body.Text : body.Attachments is [var file, ..] ? file.Name : "");
            title = last.Sender.Name is { Length: > 0 } name ? $"{name} · {title}" : title;
        }
        return (new PushNote(id, channel.Id, conversation, unseen.ContactId, unseen.LastSeq, unseen.Count, title, preview is { Length: > 0 } ? preview : null)
        {
            Devices = [.. known.Select(one => one.Address)],
            UserId = device is null ? await people.UserOf(ws, unseen.ContactId, ct) : null,
        }, known is [var only, ..] ? only.Locale : null);
    }

    internal static string Shorten(string text) => ShortText.Shorten(text.ReplaceLineEndings(" ").Trim(), MostPreview);
}
