namespace Queqiao.Server.Identity;

/// <summary>How long people stay signed in, and where the set-up link is printed.</summary>
internal sealed class IdentityOptions
{
    /// <summary>A session ends when nobody did anything for so long (<c>--session-idle</c>).</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends after so long, whatever happens (<c>--session-length</c>).</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(10);

    /// <summary>Where the set-up link goes: people read it, programs do not.</summary>
    public TextWriter Output { get; init; } = Console.Out;
}
