namespace Queqiao.Simulators;

/// <summary>A platform that delivers over a socket: its side of the connection, frame by frame. What was not acknowledged is delivered again.</summary>
public interface ISocketSimulator
{
    /// <summary>Whether a connection with this query is let in.</summary>
    bool Admits(string query) => true;

    /// <summary>What it says when somebody has connected.</summary>
    IReadOnlyList<string> Greets();

    /// <summary>What it answers to a frame.</summary>
    IReadOnlyList<string> Hears(string frame);

    /// <summary>Something that happened, as it goes over the socket.</summary>
    string FrameOf(SimHook hook);
}
