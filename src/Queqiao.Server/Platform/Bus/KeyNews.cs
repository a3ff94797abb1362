using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Bus;

/// <summary>A person's key was destroyed on one node: the others drop it from memory too.</summary>
internal sealed class KeyNews(Vault vault, CacheNews news) : IHostedService
{
    private const string Name = "contact keys";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        news.Add(Name, key =>
        {
            if (key?.Split(' ') is [var ws, var contact] && int.TryParse(ws, System.Globalization.CultureInfo.InvariantCulture, out var number) && Guid.TryParse(contact, out var id))
                vault.Contacts.Drop(number, id);
            else if (key is null)
                vault.Contacts.DropAll();
        });
        vault.Contacts.Forgotten += Tell;
        return Task.CompletedTask;
    }

    private void Tell(int ws, Guid contact) => news.Tell(Name, $"{ws} {contact}");

    public Task StopAsync(CancellationToken cancellationToken)
    {
        vault.Contacts.Forgotten -= Tell;
        return Task.CompletedTask;
    }
}
