using System.Reflection;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Tests.Architecture;

/// <summary>A job that uses people's data for a purpose passes the gate; every other one says why it need not.</summary>
public sealed class PurposeTests
{
    [Fact]
    public void Every_kind_of_job_passes_the_purpose_gate_or_says_why_not()
    {
        var handlers = typeof(IJobHandler).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IJobHandler))).ToList();
        Assert.True(handlers.Count > 5, "the handlers are no longer found");
        Assert.Equal([], handlers.Select(Fault).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Contains(handlers, PassesGate);
    }

    [Fact]
    public void Neither_both_and_silence_are_faults()
    {
        Assert.Equal("Silent neither takes PurposeGate nor has [NoPurposeGate]", Fault(typeof(Silent)));
        Assert.Equal("Wordless does not say why it needs no gate", Fault(typeof(Wordless)));
        Assert.Equal("Both takes PurposeGate and says that it need not", Fault(typeof(Both)));
        Assert.Null(Fault(typeof(Gated)));
        Assert.Null(Fault(typeof(Excused)));
    }

    private static string? Fault(Type handler) => (PassesGate(handler), handler.GetCustomAttribute<NoPurposeGateAttribute>()) switch
    {
        (true, not null) => $"{handler.Name} takes PurposeGate and says that it need not",
        (false, null) => $"{handler.Name} neither takes PurposeGate nor has [NoPurposeGate]",
        (false, { Why: var why }) when why.Split(' ').Length < 3 => $"{handler.Name} does not say why it needs no gate",
        _ => null,
    };

    // Taken and not used is a warning of the compiler (CS9113), and warnings are errors.
    private static bool PassesGate(Type handler) => handler.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).SelectMany(made => made.GetParameters()).Any(taken => taken.ParameterType == typeof(PurposeGate));

    private static class Silent;

    [NoPurposeGate("because")]
    private static class Wordless;

    [NoPurposeGate("deletes what is old")]
    private abstract class Both(PurposeGate gate)
    {
        public PurposeGate Gate => gate;
    }

    private abstract class Gated(PurposeGate gate)
    {
        public PurposeGate Gate => gate;
    }

    [NoPurposeGate("deletes what is old")]
    private static class Excused;
}
