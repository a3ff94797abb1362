using System.Net;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>POST /api/v1/channels/{id}/test-webhook</c>: calls the webhook's address as its provider would, from outside as far as a server can.</summary>
internal static class TestHook
{
    /// <summary>The answer to HEAD names the channel: so this server knows its own voice behind proxies.</summary>
    public const string Header = "Queqiao-Channel";

    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(10), 64 * 1024, MaxRedirects: 0);

    /// <param name="Result">reached; no_address (nobody has said what it is), inside (no provider can call it), no_name, tls, away, other (something else answers).</param>
    /// <param name="Text">What that means, and what to do.</param>
    public sealed record Answer(bool Ok, string Result, string Text);

    public static async Task<IResult> Handle(Guid id, Actor actor, IChannels channels, KindRegistry kinds, GuardedHttp http, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Account: not null } channel || channel.Ws != actor.Ws || kinds.Find(channel.Kind)?.Adapter is not { } adapter || !Hooks.Has(adapter))
            return Refusal.NotFound().ToProblem();
        var result = await Call(http, url.For(context.Request), id, ct);
        return TypedResults.Ok(new Answer(result == "reached", result, Messages.Text(Locale.Of(context), "hook_test_" + result)));
    }

    private static async Task<string> Call(GuardedHttp http, string own, Guid id, CancellationToken ct)
    {
        if (own == PublicUrl.Unknown)
            return "no_address";
        try
        {
            using var client = http.Client(Limits);
            using var request = new HttpRequestMessage(HttpMethod.Head, $"{own}/hooks/{id}");
            using var answer = await client.SendAsync(request, ct);
            return answer.StatusCode == HttpStatusCode.NoContent && answer.Headers.TryGetValues(Header, out var who) && who.Contains(id.ToString()) ? "reached" : "other";
        }
        catch (OutboundRefusedException)
        {
            return "inside";
        }
        catch (HttpRequestException trouble)
        {
            return trouble.HttpRequestError switch { HttpRequestError.NameResolutionError => "no_name", HttpRequestError.SecureConnectionError => "tls", _ => "away" };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "away";
        }
    }
}
