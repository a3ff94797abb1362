using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Sending;

/// <summary>A call that needs a token. When the provider refuses the token, one more try with a fresh one, then the refusal stands.</summary>
internal static class Tokened
{
    public static async Task<SendOutcome> Send(ChannelContext context, string key, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, Func<string, Task<SendOutcome>> call, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            var outcome = await context.Tokens.Get(key, fetch, ct);
            if (outcome is TokenOutcome.Denied denied)
                return new SendOutcome.NotSent(denied.Failure, denied.After);
            var token = ((TokenOutcome.Granted)outcome).Token.Value;
            var sent = await call(token);
            if (sent is not SendOutcome.NotSent { Failure.Class: ErrorClass.Reauthorise })
                return sent;
            await context.Tokens.Forget(key, token, ct);
            if (tries == 2)
                return sent;
        }
    }

    /// <summary>As <see cref="Send"/>, for answers that are more than an outcome.</summary>
    public static async Task<(T? Value, SendOutcome.NotSent? Failed)> Ask<T>(ChannelContext context, string key, Func<AccessToken?, CancellationToken, Task<TokenOutcome>> fetch, Func<string, Task<(T? Value, SendOutcome.NotSent? Failed)>> call, CancellationToken ct)
        where T : class
    {
        T? value = null;
        var outcome = await Send(context, key, fetch, async token =>
        {
            (value, var failed) = await call(token);
            return failed ?? SendOutcome.Done;
        }, ct);
        return (value, outcome as SendOutcome.NotSent);
    }
}
