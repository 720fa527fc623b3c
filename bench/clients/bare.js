export const open = async () => ({ token: async () => 'none' });
