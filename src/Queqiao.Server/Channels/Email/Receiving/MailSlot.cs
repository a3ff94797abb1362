using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <inheritdoc/>
internal sealed class MailSlot(MailArrivals arrivals, IStorageEngine storage) : IMailSlot
{
    public async Task Drop(int ws, Guid channel, byte[] mail, CancellationToken ct)
    {
        var id = await storage.Run(ws, async (unit, stop) =>
        {
            var put = arrivals.Put(unit, channel, mail);
            await unit.Db.SaveChangesAsync(stop);
            return put;
        }, ct);
        await arrivals.Digest(ws, id, ct);
    }
}
