using System.Net;

namespace Queqiao.Server.Platform.Outbound;

/// <summary>Checks what a request asks for, follows redirects by hand, and holds the whole exchange to its time and size.</summary>
internal sealed class GuardHandler(HttpMessageHandler inner, OutboundLimits limits, HostBreakers breakers, TimeProvider clock) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

    // Anything else may be a credential, and the other host is not the one it was meant for.
    private static readonly string[] HarmlessHeaders = ["Accept", "Accept-Language", "User-Agent"];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        breakers.Through(request.RequestUri!, stop => Exchange(request, stop), cancellationToken);

    private async Task<HttpResponseMessage> Exchange(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deadline = new CancellationTokenSource(limits.Total, clock);
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            var response = await Follow(request, both.Token);
            // The caller reads at leisure but not for ever: the deadline goes with the body.
            response.Content = new BoundedContent(response.Content, limits.MaxResponseBytes, deadline);
            return response;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            deadline.Dispose();
            throw new TaskCanceledException($"No answer within {limits.Total}.", new TimeoutException());
        }
        catch (HttpRequestException e) when (e.InnerException is OutboundRefusedException refused)
        {
            deadline.Dispose();
            throw refused;
        }
        catch
        {
            deadline.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> Follow(HttpRequestMessage request, CancellationToken ct)
    {
        Check(request.RequestUri!);
        // HTTP/3 would not pass through the guard's connect: it dials by itself.
        if (request.Version.Major > 2)
            request.Version = HttpVersion.Version20;
        if (request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        if (request.Content is not null)
            await request.Content.LoadIntoBufferAsync(ct);      // a 307 sends it again

        for (var followed = 0; ; followed++)
        {
            var response = await _inner.SendAsync(request, ct);
            if (TargetOf(response, request.RequestUri!) is not { } target)
                return response;
            if (limits.MaxRedirects == 0)
                return response;                                // the caller wants to see it

            var status = response.StatusCode;
            response.Dispose();
            if (followed == limits.MaxRedirects)
                throw new OutboundRefusedException("redirects", $"more than {limits.MaxRedirects}");
            Check(target);
            request = Next(request, status, target);
        }
    }

    private static void Check(Uri address)
    {
        if (address.Scheme is not ("https" or "http"))
            throw new OutboundRefusedException("scheme", address.Scheme);
        if (address.UserInfo.Length > 0)
            throw new OutboundRefusedException("user_info", address.IdnHost);
    }

    private static Uri? TargetOf(HttpResponseMessage response, Uri from) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? new Uri(from, location)
            : null;

    // RFC 9110 15.4: 303 always becomes GET, and 301 and 302 do for POST as in every browser.
    private static HttpRequestMessage Next(HttpRequestMessage request, HttpStatusCode status, Uri target)
    {
        var from = request.RequestUri!;
        if (from.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
            throw new OutboundRefusedException("redirects", "from https to http");

        var becomesGet = (status == HttpStatusCode.SeeOther && request.Method != HttpMethod.Head)
            || (status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found && request.Method == HttpMethod.Post);
        var stays = Uri.Compare(from, target, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
        var content = becomesGet ? null : request.Content;
        if (content is not null && !stays)
            throw new OutboundRefusedException("redirects", "a body to another host");

        var next = new HttpRequestMessage(becomesGet ? HttpMethod.Get : request.Method, target) { Content = content, Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers)
        {
            if ((stays || HarmlessHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                next.Headers.TryAddWithoutValidation(name, values);
        }
        return next;
    }
}
