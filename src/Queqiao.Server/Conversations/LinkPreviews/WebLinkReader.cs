using System.Collections.Concurrent;
using System.Text;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Conversations.LinkPreviews;

/// <summary>
/// Asks the page itself, by the guarded way out: at most 5 seconds, 512 KB and 3 redirects, few at once, without cookies. What was found
/// (also that nothing was) is remembered for an hour, so that a page is not asked again by everybody who reads the message.
/// </summary>
internal sealed class WebLinkReader(GuardedHttp http, TimeProvider clock) : ILinkReader, IDisposable
{
    private const int MostRemembered = 500;
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(5), 512 * 1024, MaxRedirects: 3) { Connect = TimeSpan.FromSeconds(3) };
    private static readonly TimeSpan Remembers = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (LinkPreview? Preview, DateTimeOffset At)> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _few = new(4);

    public async Task<LinkPreview?> Read(Uri address, CancellationToken ct)
    {
        if (_known.TryGetValue(address.AbsoluteUri, out var known) && clock.GetUtcNow() - known.At < Remembers)
            return known.Preview;
        await _few.WaitAsync(ct);
        try
        {
            var found = await Ask(address, ct);
            if (_known.Count >= MostRemembered)
                _known.Clear();
            _known[address.AbsoluteUri] = (found, clock.GetUtcNow());
            return found;
        }
        finally
        {
            _few.Release();
        }
    }

    private async Task<LinkPreview?> Ask(Uri address, CancellationToken ct)
    {
        try
        {
            using var client = http.Client(Limits);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("text/html");
            request.Headers.UserAgent.ParseAdd("Queqiao-LinkPreview/1.0");
            using var answer = await client.SendAsync(request, ct);
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType is not ("text/html" or "application/xhtml+xml"))
                return null;
            var bytes = await answer.Content.ReadAsByteArrayAsync(ct);
            return PageHead.Read(EncodingOf(answer.Content.Headers.ContentType.CharSet).GetString(bytes), address, answer.RequestMessage?.RequestUri ?? address);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or OutboundRefusedException or IOException || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null; // whoever reads the message has the link all the same
        }
    }

    private static Encoding EncodingOf(string? name)
    {
        try
        {
            return name is null ? Encoding.UTF8 : Encoding.GetEncoding(name.Trim('"'));
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }

    public void Dispose() => _few.Dispose();
}
