using Queqiao.Channels;
using Queqiao.Server.Channels.Email;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels.Sending;

/// <summary>The front door for codes.</summary>
internal sealed class DirectMessages(IChannels channels, KindRegistry kinds, IServiceProvider services) : IDirectMessages
{
    public async Task<string?> Send(int ws, Guid channelId, DirectMessage message, CancellationToken ct)
    {
        if (await channels.Find(channelId, ct) is not { Enabled: true, Account: { } account } channel || channel.Ws != ws)
            return "channel_off";
        var outcome = channel.Kind == EmailKind.Name && services.GetService<SendMail>() is { } mail ? await mail.Send(account, message, ct)
            : kinds.Find(channel.Kind) is AdapterKind kind ? await kind.Send(PartOf(message, kind.Descriptor), account, ct)
            : SendOutcome.CannotDo(nameof(DirectMessage));
        return outcome is SendOutcome.NotSent failed ? failed.Failure.Code : null;
    }

    private static Outbound PartOf(DirectMessage message, ChannelDescriptor about) => new(message.To, message.Template is { Length: > 0 } template && about.Can(Abilities.Templates)
        ? new TemplateContent(template, message.Language == "en" ? "en" : "zh_CN", [new TemplateValue("code", message.TemplateValue ?? "")])
        : new TextContent(message.Text)) { Key = message.Key };
}
