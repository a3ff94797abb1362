namespace Queqiao.Text.Learning;

/// <summary>How a network of one hidden layer is trained.</summary>
/// <param name="Width">Units of the hidden layer.</param>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Rate">Length of the first steps.</param>
/// <param name="LeaveOut">Share of the features of a text that are left out in each pass.</param>
/// <param name="Rest">Share of the hidden units that rest in each step.</param>
/// <param name="Smoothing">This share of every label is spread over all classes.</param>
/// <param name="Seed">Of the order of the rows and of what is left out.</param>
public sealed record HiddenOptions(int Width = 192, int Epochs = 25, float Rate = 0.1f, float LeaveOut = 0.3f, float Rest = 0.3f, float Smoothing = 0.05f, ulong Seed = 11);
