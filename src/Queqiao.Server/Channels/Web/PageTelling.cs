using Queqiao.Server.Contacts;

namespace Queqiao.Server.Channels.Web;

/// <summary>Whether the pages that a visitor looks at may be told: by the channel's setting, and where it asks for that, by the visitor's own yes.</summary>
internal static class PageTelling
{
    /// <returns>Of whom; null: nothing may be told.</returns>
    public static async Task<Guid?> Allowed(ChannelView channel, Visitor visitor, IConsents consents, CancellationToken ct)
    {
        if (channel.Web?.Pages is null or PageModes.Off || await consents.ContactOf(channel.Ws, visitor.Key.ChannelId, visitor.Key.Identity, ct) is not { } contact)
            return null;
        return channel.Web.Pages == PageModes.Shown || PurposeGate.Allows(await consents.StateOf(channel.Ws, contact, ct), Purposes.Analytics) ? contact : null;
    }
}
