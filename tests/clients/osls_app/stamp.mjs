export const stamp = async (event) => ({ event, runtime: process.env.AWS_EXECUTION_ENV });
