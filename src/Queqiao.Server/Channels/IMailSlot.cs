namespace Queqiao.Server.Channels;

/// <summary>Mail that somebody inside this server brings (the demo's customers): it goes the way of mail that came by a network.</summary>
internal interface IMailSlot
{
    /// <summary>Keeps a mail for a channel of the kind <c>email</c>; it is digested soon after.</summary>
    Task Drop(int ws, Guid channel, byte[] mail, CancellationToken ct);
}
