namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Says why a kind of job need not pass the purpose gate: it uses nobody's personal data, or only for what the person asked for. Every
/// handler takes the gate in its constructor or says why not; a test holds it to that.
/// </summary>
/// <param name="why">For who reviews it, in a sentence.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NoPurposeGateAttribute(string why) : Attribute
{
    public string Why => why;
}
