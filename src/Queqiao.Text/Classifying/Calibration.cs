using Queqiao.Text.Learning;

namespace Queqiao.Text.Classifying;

/// <summary>How the signals of a blend become probabilities that can be believed; learnt on texts that the blend had not seen.</summary>
/// <param name="Temperature">What logits are divided by.</param>
/// <param name="Right">Is the best class the right one?</param>
/// <param name="InScope">Does the text belong to any class? Null: always.</param>
/// <param name="Least">Below this it is refused.</param>
internal sealed record Calibration(float Temperature, Logistic Right, Logistic? InScope, double Least)
{
    public void Write(BinaryWriter to)
    {
        to.Write(Temperature);
        Right.Write(to);
        to.Write(InScope is not null);
        InScope?.Write(to);
        to.Write(Least);
    }

    public static Calibration Read(BinaryReader from) =>
        new(from.ReadSingle(), Logistic.Read(from), from.ReadBoolean() ? Logistic.Read(from) : null, from.ReadDouble());
}
