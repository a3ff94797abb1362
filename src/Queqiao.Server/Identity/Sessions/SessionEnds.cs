using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Where word goes when sessions or tokens ended: sockets listen, by <see cref="IActors.SignedOut"/>.</summary>
internal sealed class SessionEnds
{
    public event Action<SignedOut>? Heard;

    public void Tell(SignedOut who) => Heard?.Invoke(who);
}
