namespace Queqiao.Simulators.Push;

/// <summary>A push service, played. Takes nothing that the service would refuse for its form. Safe for several threads.</summary>
public interface IPushSimulator
{
    /// <summary>What an administrator enters, but for the address of the API.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    SimAnswer Answer(SimRequest request);
}

/// <summary>A notification as it lies on a phone.</summary>
/// <param name="Device">The token of the app on it.</param>
public sealed record PhoneNote(string Device, string Title, string Body, int Badge, string CollapseKey);
